namespace Drydock.Reconcilers.Oms;

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
