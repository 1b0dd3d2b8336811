using System.Text.Json.Serialization;

namespace Drydock.Lab.Commands;

/// <summary>The state of a background lab, kept in <c>.lab/state.json</c>, which only its owner can read.</summary>
public sealed record LabState
{
    /// <summary>Id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Folder of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Fast folder of the run.</summary>
    public required string FastFolder { get; init; }

    /// <summary>Process id of the owner.</summary>
    public required int OwnerId { get; init; }

    /// <summary>Start time of the owner in clock ticks since boot, to detect a reused process id.</summary>
    public required string OwnerStart { get; init; }

    public ControlPlaneState? ControlPlane { get; init; }

    public IReadOnlyList<DockerHostState> Hosts { get; init; } = [];

    /// <summary>The hosts for databases.</summary>
    public IReadOnlyList<LabHostState> DatabaseHosts { get; init; } = [];

    public MetaDbState? MetaDb { get; init; }

    /// <summary>The database cluster.</summary>
    public DatabaseState? Database { get; init; }

    /// <summary>Reads a state file; null when there is none.</summary>
    public static LabState? Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), LabStateJson.Default.LabState) : null;

    /// <summary>Writes the state in one step: a reader sees all of it or nothing.</summary>
    public void Write(string path)
    {
        LabCertificateAuthority.WritePrivate(
            path + ".new", JsonSerializer.Serialize(this, LabStateJson.Default.LabState));
        File.Move(path + ".new", path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LabState))]
internal sealed partial class LabStateJson : JsonSerializerContext;
