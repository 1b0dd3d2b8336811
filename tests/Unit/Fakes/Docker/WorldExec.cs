namespace Drydock.Tests.Unit.Fakes;

/// <summary>A prepared, running or ended command.</summary>
internal sealed class WorldExec
{
    public required string Id { get; init; }

    public required WorldContainer Container { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public bool Started { get; set; }

    public bool Running { get; set; }

    public int? ExitCode { get; set; }

    public int Pid { get; set; }

    public string Stdout { get; set; } = "";
}
