using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.Crds;

/// <summary>How the kinds are read and written: names in camel case, enums as words, nothing for null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(OmsUpgrade))]
[JsonSerializable(typeof(DatabaseRollingUpgrade))]
[JsonSerializable(typeof(BackupSnapshot))]
[JsonSerializable(typeof(SnapshotRestore))]
[JsonSerializable(typeof(StorageSpec))]
[JsonSerializable(typeof(PlanProgress))]
[JsonSerializable(typeof(PackedPlan))]
[JsonSerializable(typeof(StoredPlan))]
[JsonSerializable(typeof(OmsInventory))]
[JsonSerializable(typeof(DatabaseInventory))]
[JsonSerializable(typeof(List<InstanceGroup>))]
public sealed partial class CrdsJsonContext : JsonSerializerContext;
