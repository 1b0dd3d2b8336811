using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.RunFrames.Toys;

/// <summary>How toys are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ToyRun))]
public sealed partial class ToyRunContext : JsonSerializerContext;
