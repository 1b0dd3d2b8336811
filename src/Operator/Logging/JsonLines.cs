using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace Drydock.Operator.Logging;

/// <summary>One flat JSON object a line: time, level and msg, then the fields of the message and of its scope
/// (controller, namespace, name, uid, trace_id), all in snake_case, and the exception if there is one.
/// docs/monitoring.md lists the keys.</summary>
internal sealed class JsonLines : ITextFormatter
{
    public static IReadOnlyList<string> OwnKeys { get; } = ["time", "level", "msg", "logger", "event", "exception"];

    private static readonly JsonValueFormatter Values = new(typeTagName: null);

    // Texts without quotes, as in the text format of the log.
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write("{\"time\":\"");
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        output.Write("\",\"level\":\"");
        output.Write(LevelOf(logEvent.Level));
        output.Write("\",\"msg\":");
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, message);
        JsonValueFormatter.WriteQuotedJsonString(message.ToString(), output);
        foreach (var (name, value) in logEvent.Properties)
        {
            Field(name, value, output);
        }

        if (logEvent.Exception is { } exception)
        {
            output.Write(",\"exception\":");
            JsonValueFormatter.WriteQuotedJsonString(exception.ToString(), output);
        }

        output.WriteLine('}');
    }

    public static string KeyOf(string property)
    {
        if (property == Serilog.Core.Constants.SourceContextPropertyName)
        {
            return "logger";
        }

        var key = new StringBuilder(property.Length + 4);
        foreach (var letter in property)
        {
            if (char.IsAsciiLetterUpper(letter) && key.Length > 0)
            {
                key.Append('_');
            }

            key.Append(char.ToLowerInvariant(letter));
        }

        return key.ToString();
    }

    private static void Field(string name, LogEventPropertyValue value, TextWriter output)
    {
        // The id and the name of the message in the code; the id says nothing to a reader.
        var (key, shown) = name == "EventId" && value is StructureValue id
            ? ("event", id.Properties.FirstOrDefault(p => p.Name == "Name")?.Value)
            : (KeyOf(name), value);
        if (shown is null or ScalarValue { Value: null })
        {
            return;
        }

        output.Write(',');
        JsonValueFormatter.WriteQuotedJsonString(key, output);
        output.Write(':');
        Values.Format(shown, output);
    }

    private static string LevelOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warning",
        LogEventLevel.Error => "error",
        _ => "critical",
    };
}
