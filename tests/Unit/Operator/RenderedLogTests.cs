using System.Reflection;
using Drydock.Operator.Logging;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Display;

namespace Drydock.Tests.Unit.Operator;

/// <summary>Every log message of the operator, through the operator's own pipeline, as it is printed.</summary>
public sealed partial class RenderedLogTests
{
    public static TheoryData<string> Messages =>
        [.. Methods().Select(m => $"{m.DeclaringType!.Name}.{m.Name}").Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Line_shows_every_value_and_no_placeholder(string message)
    {
        foreach (var method in Methods().Where(m => $"{m.DeclaringType!.Name}.{m.Name}" == message))
        {
            var template = method.GetCustomAttribute<LoggerMessageAttribute>()!.Message;
            var sink = new Lines();
            using var log = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(sink).CreateLogger();
            using var loggers = new SerilogLoggerFactory(log);
            method.Invoke(null, [.. method.GetParameters().Select(p => Argument(p, loggers.CreateLogger("test")))]);

            var line = sink.All.ShouldHaveSingleItem(template);
            foreach (var hole in Hole().Matches(template).Select(m => m.Groups[1].Value))
            {
                line.Text.ShouldNotContain($"{{{hole}}}", Case.Insensitive, template);
                line.Properties.ShouldContain(hole, template);
            }

            line.Text.ShouldNotContain("{", Case.Sensitive, template);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Field_has_no_key_of_the_line_itself(string message)
    {
        foreach (var method in Methods().Where(m => $"{m.DeclaringType!.Name}.{m.Name}" == message))
        {
            var template = method.GetCustomAttribute<LoggerMessageAttribute>()!.Message;
            Hole().Matches(template).Select(m => JsonLines.KeyOf(m.Groups[1].Value))
                .Intersect(JsonLines.OwnKeys, StringComparer.Ordinal).ShouldBeEmpty(template);
        }
    }

    [Fact]
    public void Log_messages_of_all_assemblies_are_found() => Messages.Count.ShouldBeGreaterThan(35);

    private static IEnumerable<MethodInfo> Methods() => Directory
        .EnumerateFiles(AppContext.BaseDirectory, "Drydock.*.dll")
        .Where(f => !Path.GetFileName(f).Contains("Tests", StringComparison.Ordinal))
        .Select(f => Assembly.Load(Path.GetFileNameWithoutExtension(f)))
        .SelectMany(a => a.GetTypes())
        .Where(t => !t.ContainsGenericParameters)
        .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(m => m.GetCustomAttribute<LoggerMessageAttribute>() is not null);

    private static object? Argument(ParameterInfo parameter, Microsoft.Extensions.Logging.ILogger logger)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return type switch
        {
            _ when type == typeof(Microsoft.Extensions.Logging.ILogger) => logger,
            _ when type == typeof(string) => $"<{parameter.Name}>",
            _ when type == typeof(int) => 7,
            _ when type == typeof(LogLevel) => LogLevel.Information,
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(1),
            _ when type.IsEnum => Enum.GetValues(type).GetValue(0),
            _ when typeof(Exception).IsAssignableFrom(type) => new InvalidOperationException("thrown"),
            _ => throw new NotSupportedException($"{parameter.Member.Name}: a {type.Name} is not known here"),
        };
    }

    [GeneratedRegex("\\{@?([A-Za-z]+)")]
    private static partial Regex Hole();

    private sealed class Lines : ILogEventSink
    {
        private readonly MessageTemplateTextFormatter _formatter = new(
            OperatorLog.Template, CultureInfo.InvariantCulture);

        public List<(string Text, IReadOnlyCollection<string> Properties)> All { get; } = [];

        public void Emit(LogEvent logEvent)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            _formatter.Format(logEvent, text);
            All.Add((text.ToString(), [.. logEvent.Properties.Keys]));
        }
    }
}
