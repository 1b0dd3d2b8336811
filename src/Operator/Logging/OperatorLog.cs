using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Drydock.Operator.Logging;

/// <summary>Logs go to standard output, as text, or as flat JSON for log collectors.</summary>
public static class OperatorLog
{
    public const string Template =
        "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    public static Logger Create(OperatorOptions options)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(options.LogLevel))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning);
        return options.LogFormat == "json"
            ? configuration.WriteTo.Console(JsonLines.CreateTemplate()).CreateLogger()
            : configuration.WriteTo.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture)
                .CreateLogger();
    }
}
