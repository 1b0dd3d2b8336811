using Drydock.Operator.Logging;
using Drydock.Reconcilers.Upgrades;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Templates;

namespace Drydock.Tests.Integration.Monitoring;

/// <summary>The commands and files of docs/how-to/monitoring.md, with the real tools.</summary>
public sealed class MonitoringFilesTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "how-to", "monitoring.md"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Promtool =>
        [.. Lines().Where(line => line.StartsWith("promtool ", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Promtool))]
    public async Task Command_of_the_page_succeeds(string command)
    {
        var words = command.Split(' ');

        var result = await Shell.TryRunAsync(
            words[0], words[1..], workingDirectory: Repository.Root, cancellationToken: Token);

        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        result.Output.ShouldContain("SUCCESS");
    }

    [Fact]
    public async Task Configuration_of_Prometheus_is_valid()
    {
        // Debian builds Prometheus without the discovery of Kubernetes.
        const string Discovery = "kubernetes_sd_configs:\n  - {role: pod, namespaces: {names: [drydock-system]}}";
        var page = Blocks("yaml").Single(block => block.StartsWith("scrape_configs:", StringComparison.Ordinal));
        page.ShouldContain(Discovery);
        var yaml = page.Replace(Discovery, "static_configs: []", StringComparison.Ordinal);
        var file = Path.Combine(Directory.CreateTempSubdirectory("drydock-prometheus").FullName, "prometheus.yml");
        await File.WriteAllTextAsync(file, yaml, Token);
        try
        {
            var result = await Shell.TryRunAsync("promtool", ["check", "config", file], cancellationToken: Token);

            result.ExitCode.ShouldBe(0, result.Output + result.Error);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public async Task Filter_of_the_page_finds_the_lines_of_one_upgrade()
    {
        var filter = Lines().Single(line => line.Contains("| jq ", StringComparison.Ordinal)).Split('\'')[1];
        var sink = new Sink();
        using var log = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        using var loggers = new SerilogLoggerFactory(log);
        RunLog.StepStarted(
            loggers.CreateLogger("Drydock.Test"), "OmsUpgrade", "oms", "oms-322-to-422", "StopOld/oms-a", 1);
        RunLog.StepStarted(loggers.CreateLogger("Drydock.Test"), "OmsUpgrade", "oms", "another", "StopOld/oms-a", 1);

        var found = await Shell.TryRunAsync("jq", ["-c", filter], sink.Text, cancellationToken: Token);

        var line = JsonNode.Parse(found.Output.Trim().Split('\n').ShouldHaveSingleItem())!;
        line["step"]!.GetValue<string>().ShouldBe("StopOld/oms-a");
        line["level"]!.GetValue<string>().ShouldBe("info");
        line["msg"]!.GetValue<string>().ShouldContain("oms/oms-322-to-422 started step StopOld/oms-a");
    }

    private static IEnumerable<string> Lines() => Blocks("").SelectMany(block => block.Split('\n'));

    private static IEnumerable<string> Blocks(string language) =>
        Fence.In(Page).Where(block => block.Language == language).Select(block => block.Text.TrimEnd('\n'));

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
