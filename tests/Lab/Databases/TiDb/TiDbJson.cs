using System.Text.Json.Serialization;

namespace Drydock.Lab.Databases.TiDb;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TiDbStateFile))]
[JsonSerializable(typeof(TiDbSettingsFile))]
internal sealed partial class TiDbJson : JsonSerializerContext;
