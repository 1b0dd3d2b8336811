namespace Drydock.Clients.Snapshots;

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SnapshotManifest))]
[JsonSerializable(typeof(SnapshotStorageMark))]
[JsonSerializable(typeof(SnapshotSession))]
[JsonSerializable(typeof(ScratchRecord))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
