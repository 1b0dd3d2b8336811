namespace Drydock.Lab.Commands;

/// <summary>The parts of a background lab.</summary>
public sealed record ServeOptions
{
    /// <summary>Folder of the state.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Names of the Docker hosts.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Names of the hosts for databases.</summary>
    public IReadOnlyList<string> DatabaseHosts { get; init; } = [];

    /// <summary>Image archives to load into every host.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Whether to start a control plane.</summary>
    public bool ControlPlane { get; init; } = true;

    /// <summary>Whether to start a current CRD server and serve group drydock.dev from it.</summary>
    public bool ModernCrds { get; init; }

    /// <summary>The database cluster to start, by the name of its scenario; null for none.</summary>
    public string? Database { get; init; }

    /// <summary>Whether to start a metadata database.</summary>
    public bool MetaDb { get; init; } = true;
}
