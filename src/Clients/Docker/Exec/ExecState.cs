namespace Drydock.Clients.Docker;

/// <summary>The state of a prepared command: neither running nor with an exit code means that it was never
/// started.</summary>
public sealed record ExecState(bool Running, int? ExitCode)
{
    public bool HasEnded => !Running && ExitCode is not null;

    public bool NotStarted => !Running && ExitCode is null;
}
