using Drydock.Cli.Dashboard;

namespace Drydock.Cli.Views;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(IReadOnlyList<RunView>))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(DoctorView))]
[JsonSerializable(typeof(AboutView))]
[JsonSerializable(typeof(RunListView))]
[JsonSerializable(typeof(RunPageView))]
[JsonSerializable(typeof(MessageView))]
internal sealed partial class ViewsJsonContext : JsonSerializerContext;
