/**
 * Memory in Flight Recorder: events named {@code rmm.*}, in the category "Runtime Memory Manager".
 *
 * <p>Having this module on the path is enough: {@link io.rmm.jfr.JfrView} attaches itself to every
 * memory manager, and whichever recording is started, by whatever means and at any time, holds the
 * events. {@link io.rmm.jfr.RecordingSettings} offers the settings file {@code rmm.jfc}.
 */
@NullMarked
package io.rmm.jfr;

import org.jspecify.annotations.NullMarked;
