namespace Drydock.Cli.CommandLine;

/// <summary>Exit codes, for scripts. They are API: docs/kubectl-drydock.md lists them.</summary>
internal static class ExitCodes
{
    /// <summary>The command did what was asked, or the run is Ready.</summary>
    public const int Done = 0;

    /// <summary>The command failed: no server, no object, no right, a wrong argument.</summary>
    public const int Failed = 1;

    /// <summary>The run is in progress.</summary>
    public const int InProgress = 2;

    /// <summary>There is no plan yet.</summary>
    public const int NoPlan = 3;

    /// <summary>The run is stalled, or preflight found something.</summary>
    public const int Stalled = 4;

    /// <summary>The run waits for an approval or a manual change.</summary>
    public const int Held = 5;

    /// <summary>The change is not possible in the present state, or was not confirmed. Nothing was written.</summary>
    public const int Refused = 6;

    /// <summary>The change was written, but the operator did not act on it in time.</summary>
    public const int NotTakenUp = 7;

    /// <summary>
    /// The change was written, but has no effect: the operator ignored it, or the run was already past it.
    /// </summary>
    public const int Ignored = 8;

    /// <summary>Ended by Ctrl-C, as shells report it. A change may have been written.</summary>
    public const int Interrupted = 130;
}
