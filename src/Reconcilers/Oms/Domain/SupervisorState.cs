namespace Drydock.Reconcilers.Oms;

/// <summary>State of a program under supervisord.</summary>
internal enum SupervisorState
{
    /// <summary>supervisord itself does not know, or the word is none it documents.</summary>
    Unknown,

    /// <summary>Stopped, or never started.</summary>
    Stopped,

    /// <summary>Started, but not yet up for <c>startsecs</c>.</summary>
    Starting,

    /// <summary>Up.</summary>
    Running,

    /// <summary>Exited too soon after its start and will be tried again.</summary>
    Backoff,

    /// <summary>Being stopped.</summary>
    Stopping,

    /// <summary>Exited.</summary>
    Exited,

    /// <summary>Could not be started; will not be tried again by itself.</summary>
    Fatal,
}
