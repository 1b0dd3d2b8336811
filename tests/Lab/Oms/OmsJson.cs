using System.Text.Json.Serialization;

namespace Drydock.Lab.Oms;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OmsKnobs))]
internal sealed partial class OmsJson : JsonSerializerContext;
