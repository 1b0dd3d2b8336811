namespace Drydock.Reconcilers.Databases;

/// <summary>A process to observe, stop, replace and start.</summary>
internal sealed record InstanceTarget
{
    public required string Name { get; init; }

    public required string Host { get; init; }

    /// <summary>What it is; null for a service. Without a unit in control, units are looked for by it and by the
    /// program.</summary>
    public DatabaseComponent? Component { get; init; }

    /// <summary>The file name of its program: tikv-server, yb-master. Empty for a service whose program is not
    /// known.</summary>
    public required string Program { get; init; }

    public required string DeployDir { get; init; }

    public string? Link { get; init; }

    public string SwitchedLink => (Link ?? DeployDir).TrimEnd('/');

    public bool LinksBin => Link is not null && System.IO.Path.GetFileName(SwitchedLink) == "bin";

    public string ProgramBelowLink => LinksBin ? Program : $"bin/{Program}";

    public string Linked(string directory) => LinksBin ? $"{directory.TrimEnd('/')}/bin" : directory;

    public required int Port { get; init; }

    public string? DataDir { get; init; }

    /// <summary>How it is started and stopped; {port}, {name} and {dataDir} are filled in, {directory} is not
    /// yet.</summary>
    public required InstanceControl Control { get; init; }

    /// <summary>systemctl for its unit, in messages.</summary>
    public string Systemctl => Control.Systemd?.User == true ? "systemctl --user" : "systemctl";

    public string ControlField { get => field ?? $"spec.instances[{Name}].control"; init; }

    public required SwapMethod Swap { get; init; }
}
