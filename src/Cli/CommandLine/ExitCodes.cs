namespace Drydock.Cli.CommandLine;

/// <summary>Exit codes, for scripts. They are API: docs/reference/cli.md lists them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    public const int Failed = 1;

    public const int InProgress = 2;

    public const int NoPlan = 3;

    public const int Stalled = 4;

    public const int Held = 5;

    /// <summary>The change is not possible in the present state, or was not confirmed. Nothing was written.</summary>
    public const int Refused = 6;

    public const int NotTakenUp = 7;

    public const int Ignored = 8;

    /// <summary>Ended by Ctrl-C, as shells report it. A change may have been written.</summary>
    public const int Interrupted = 130;
}
