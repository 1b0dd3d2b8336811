namespace Drydock.Tests.Unit.Fakes;

/// <summary>A program under supervisord.</summary>
internal sealed class WorldProgram
{
    public string State { get; set; } = "STOPPED";

    public int Pid { get; set; }

    /// <summary>Since when it is RUNNING.</summary>
    public DateTimeOffset Since { get; set; }

    public bool IsUp => State is "RUNNING" or "STARTING";
}
