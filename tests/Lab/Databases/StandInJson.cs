using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Lab.Databases;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(StandInEntry))]
[JsonSerializable(typeof(StandInClientSecond))]
[JsonSerializable(typeof(IReadOnlyList<StandInFault>))]
internal sealed partial class StandInJson : JsonSerializerContext;
