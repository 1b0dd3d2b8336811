using System.Text.Json.Serialization;

namespace Drydock.Lab.Databases.Yugabyte;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(YugabyteSettings))]
[JsonSerializable(typeof(YugabyteKnobs))]
[JsonSerializable(typeof(YugabyteStateFile))]
internal sealed partial class YugabyteJson : JsonSerializerContext;
