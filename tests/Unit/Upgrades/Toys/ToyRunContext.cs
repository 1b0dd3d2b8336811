using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>How toys are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Drydock.Crds.Plans.StoredPlan))]
[JsonSerializable(typeof(ToyRun))]
public sealed partial class ToyRunContext : JsonSerializerContext;
