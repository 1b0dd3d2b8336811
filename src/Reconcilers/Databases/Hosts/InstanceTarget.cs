using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>A process to observe, stop, replace and start.</summary>
internal sealed record InstanceTarget
{
    /// <summary>Its name; steps are named after it.</summary>
    public required string Name { get; init; }

    /// <summary>Its host.</summary>
    public required string Host { get; init; }

    /// <summary>
    /// What it is; null for a service. Without a unit in control, units are looked for by it and by the program.
    /// </summary>
    public DatabaseComponent? Component { get; init; }

    /// <summary>
    /// The file name of its program: tikv-server, yb-master. Empty for a service whose program is not known.
    /// </summary>
    public required string Program { get; init; }

    /// <summary>Where it is installed.</summary>
    public required string DeployDir { get; init; }

    /// <summary>The link that control.link names, absolute; null if deployDir is the link.</summary>
    public string? Link { get; init; }

    /// <summary>The link that SwitchLink switches.</summary>
    public string SwitchedLink => (Link ?? DeployDir).TrimEnd('/');

    /// <summary>
    /// Whether <see cref="SwitchedLink"/> leads to bin of a version and not to the directory of the version.
    /// </summary>
    public bool LinksBin => Link is not null && System.IO.Path.GetFileName(SwitchedLink) == "bin";

    /// <summary>Path of its program below <see cref="SwitchedLink"/>.</summary>
    public string ProgramBelowLink => LinksBin ? Program : $"bin/{Program}";

    /// <summary>Where the link points for a version.</summary>
    /// <param name="directory">The directory of the version.</param>
    public string Linked(string directory) => LinksBin ? $"{directory.TrimEnd('/')}/bin" : directory;

    /// <summary>Its service port.</summary>
    public required int Port { get; init; }

    /// <summary>Its data directory, where the spec names it.</summary>
    public string? DataDir { get; init; }

    /// <summary>
    /// How it is started and stopped; {port}, {name} and {dataDir} are filled in, {directory} is not yet.
    /// </summary>
    public required InstanceControl Control { get; init; }

    /// <summary>Path of the field of the spec that has its control.</summary>
    public string ControlField { get => field ?? $"spec.instances[{Name}].control"; init; }

    /// <summary>The effective swap method.</summary>
    public required SwapMethod Swap { get; init; }
}
