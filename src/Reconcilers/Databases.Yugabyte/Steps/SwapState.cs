namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Where the swap of a process stands.</summary>
internal enum SwapState
{
    /// <summary>It runs the wanted program, or its supervisor starts it.</summary>
    Done,

    /// <summary>It runs another program and is to be stopped.</summary>
    RunsOther,

    /// <summary>It does not run.</summary>
    IsDown,

    /// <summary>It runs, and what it runs cannot be read.</summary>
    Unreadable,
}
