using System.Text.Json;
using Serilog.Core;
using Serilog.Events;
using Serilog.Expressions;
using Serilog.Templates;

namespace Drydock.Operator.Logging;

/// <summary>One flat JSON object a line: time, level and msg, then the fields of the message and of its scope
/// (controller, namespace, name, uid, trace_id), all in snake_case, and the exception if there is one.
/// docs/how-to/monitoring.md lists the keys. The methods are the functions of the template.</summary>
internal static class JsonLines
{
    public static IReadOnlyList<string> OwnKeys { get; } = ["time", "level", "msg", "logger", "event", "exception"];

    public static ExpressionTemplate CreateTemplate() => new(
        "{ {time: ToString(UtcDateTime(@t), 'yyyy-MM-ddTHH:mm:ss.fffZ'), level: Level(@l), msg: @m, ..Fields(@p), "
            + "exception: @x} }\n",
        CultureInfo.InvariantCulture,
        new StaticMemberNameResolver(typeof(JsonLines)));

    public static string KeyOf(string property) => property switch
    {
        Constants.SourceContextPropertyName => "logger",
        "EventId" => "event",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(property),
    };

    public static LogEventPropertyValue? Level(LogEventPropertyValue? level) => new ScalarValue(
        level is ScalarValue { Value: LogEventLevel value }
            ? value switch
            {
                LogEventLevel.Verbose => "trace",
                LogEventLevel.Debug => "debug",
                LogEventLevel.Information => "info",
                LogEventLevel.Warning => "warning",
                LogEventLevel.Error => "error",
                _ => "critical",
            }
            : null);

    // The id of a message in the code says nothing to a reader, its name does.
    public static LogEventPropertyValue? Fields(LogEventPropertyValue? properties) => new StructureValue(
        from property in (properties as StructureValue)?.Properties ?? []
        let value = property is { Name: "EventId", Value: StructureValue id }
            ? id.Properties.FirstOrDefault(p => p.Name == "Name")?.Value
            : property.Value
        where value is not (null or ScalarValue { Value: null })
        select new LogEventProperty(KeyOf(property.Name), value));
}
