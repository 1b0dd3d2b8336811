using System.Text.Json.Serialization;

namespace Drydock.Lab.Databases;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StandinEvent))]
[JsonSerializable(typeof(StandinSecond))]
[JsonSerializable(typeof(List<StandinFault>))]
internal sealed partial class StandinJson : JsonSerializerContext;
