using System.Text.Encodings.Web;
using Drydock.Operator.Logging;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Templates;

namespace Drydock.Tests.Unit.Operator;

/// <summary>The JSON log, as log collectors read it.</summary>
public sealed class JsonLinesTests : IDisposable
{
    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Sink _sink = new();
    private readonly Logger _log;
    private readonly SerilogLoggerFactory _loggers;

    public JsonLinesTests()
    {
        _log = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(_sink).CreateLogger();
        _loggers = new SerilogLoggerFactory(_log);
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void Line_is_flat_and_has_the_fields_of_message_and_scope()
    {
        var logger = _loggers.CreateLogger("Drydock.Test");
        using (logger.BeginScope(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Controller"] = "omsupgrades",
            ["Namespace"] = "oms",
            ["Name"] = "night",
            ["Uid"] = "u-1",
            ["TraceId"] = "0af7",
        }))
        {
            logger.LogWarning(
                "{Kind} {Namespace}/{Name} ended step {Step}, attempt {Attempt}", "OmsUpgrade", "oms", "night",
                "StopOld/oms-a", 2);
        }

        var line = Read();
        DateTimeOffset.Parse(line["time"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)
            .Offset.ShouldBe(TimeSpan.Zero);
        line.Remove("time");
        line.ToJsonString().ShouldBe(
            """
            {"level":"warning","msg":"OmsUpgrade oms/night ended step StopOld/oms-a, attempt 2","kind":"OmsUpgrade","namespace":"oms","name":"night","step":"StopOld/oms-a","attempt":2,"logger":"Drydock.Test","controller":"omsupgrades","uid":"u-1","trace_id":"0af7"}
            """);
    }

    [Fact]
    public void Exception_is_one_field_of_the_same_line()
    {
        _loggers.CreateLogger("Drydock.Test").LogError(
            new InvalidOperationException("no \"room\"\nat all"), "It failed.");

        _sink.Text.Trim().Split('\n').Length.ShouldBe(1);
        Read()["exception"]!.GetValue<string>().ShouldContain("no \"room\"\nat all");
    }

    [Theory]
    [InlineData(LogLevel.Trace, "trace")]
    [InlineData(LogLevel.Debug, "debug")]
    [InlineData(LogLevel.Information, "info")]
    [InlineData(LogLevel.Warning, "warning")]
    [InlineData(LogLevel.Error, "error")]
    [InlineData(LogLevel.Critical, "critical")]
    public void Level_is_a_plain_word(LogLevel level, string expected)
    {
        _loggers.CreateLogger("Drydock.Test").Log(level, "Something.");

        Read()["level"]!.GetValue<string>().ShouldBe(expected);
    }

    [Fact]
    public void Missing_value_has_no_key()
    {
        _loggers.CreateLogger("Drydock.Test").LogInformation("In {Namespace}.", (string?)null);

        Read().ContainsKey("namespace").ShouldBeFalse();
    }

    [Fact]
    public void Event_is_the_name_of_the_message_and_values_keep_their_types()
    {
        _loggers.CreateLogger("Drydock.Test").LogInformation(
            new EventId(7, "StepEnded"), "{Step} took {Duration}, {Share} of {Count}, {IsLast}: {Places}",
            "a \"b\"\n\u2028", TimeSpan.FromSeconds(1), 0.5, 3L, true, new[] { "x", "y" });

        _sink.Text.ShouldEndWith("}\n");
        var line = Read();
        line.Remove("time");
        line.ToJsonString(Relaxed).ShouldBe(
            """
            {"level":"info","msg":"a \"b\"\n\u2028 took 00:00:01, 0.5 of 3, True: [\"x\",\"y\"]","step":"a \"b\"\n\u2028","duration":"00:00:01","share":0.5,"count":3,"is_last":true,"places":["x","y"],"event":"StepEnded","logger":"Drydock.Test"}
            """);
    }

    [Theory]
    [InlineData("SourceContext", "logger")]
    [InlineData("TraceId", "trace_id")]
    [InlineData("name", "name")]
    [InlineData("Namespace", "namespace")]
    public void Key_is_in_snake_case(string property, string key) => JsonLines.KeyOf(property).ShouldBe(key);

    private JsonObject Read() => JsonNode.Parse(_sink.Text)!.AsObject();

    private sealed class Sink : ILogEventSink
    {
        private readonly ExpressionTemplate _lines = JsonLines.CreateTemplate();
        private readonly StringBuilder _text = new();

        public string Text => _text.ToString();

        public void Emit(LogEvent logEvent)
        {
            using var writer = new StringWriter(_text);
            _lines.Format(logEvent, writer);
        }
    }
}
