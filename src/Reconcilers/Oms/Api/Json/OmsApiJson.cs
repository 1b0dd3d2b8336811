using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// How requests and answers of the API are written and read: fields that are not known are passed over.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    AllowTrailingCommas = true,
    ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(List<ProjectRow?>), TypeInfoPropertyName = "ProjectRows")]
[JsonSerializable(typeof(ProgressRow))]
[JsonSerializable(typeof(List<StepRow?>), TypeInfoPropertyName = "StepRows")]
[JsonSerializable(typeof(ComponentLists))]
[JsonSerializable(typeof(ListRequest))]
[JsonSerializable(typeof(IdRequest))]
internal sealed partial class OmsApiJson : JsonSerializerContext;
