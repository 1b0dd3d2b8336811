using System.Text.Json.Serialization;
using Drydock.Abstractions.Plans;

namespace Drydock.Cli.Views;

/// <summary>How views are written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(IReadOnlyList<RunView>))]
[JsonSerializable(typeof(HistoryView))]
internal sealed partial class ViewsJsonContext : JsonSerializerContext;
