using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Snapshots;

/// <summary>Source-generated JSON of what is stored.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SnapshotManifest))]
[JsonSerializable(typeof(SnapshotStorageMark))]
[JsonSerializable(typeof(SnapshotSession))]
[JsonSerializable(typeof(ScratchRecord))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
