using Drydock.Operator;
using Drydock.Operator.Telemetry;
using Microsoft.Extensions.Configuration;

namespace Drydock.Tests.Unit.Operator.Telemetry;

/// <summary>What the environment variables of OpenTelemetry mean.</summary>
public sealed class OtlpSettingsTests
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    [Fact]
    public void Without_endpoint_nothing_is_sent()
    {
        Read().Metrics.ShouldBeNull();
        Read().Traces.ShouldBeNull();
    }

    [Fact]
    public void Shared_endpoint_gets_the_path_of_the_signal()
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318/otlp/";

        Read().Metrics!.Endpoint.ShouldBe(new Uri("http://collector:4318/otlp/v1/metrics"));
        Read().Traces!.Endpoint.ShouldBe(new Uri("http://collector:4318/otlp/v1/traces"));
    }

    [Fact]
    public void Own_endpoint_is_taken_as_it_is()
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318";
        _environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "https://traces/in";

        Read().Metrics!.Endpoint.ShouldBe(new Uri("http://collector:4318/v1/metrics"));
        Read().Traces!.Endpoint.ShouldBe(new Uri("https://traces/in"));
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "true", false, false)]
    [InlineData("OTEL_SDK_DISABLED", "False", true, true)]
    [InlineData("OTEL_METRICS_EXPORTER", "none", false, true)]
    [InlineData("OTEL_TRACES_EXPORTER", "none", true, false)]
    public void Signal_can_be_switched_off(string variable, string value, bool metrics, bool traces)
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318";
        _environment[variable] = value;

        (Read().Metrics is not null).ShouldBe(metrics);
        (Read().Traces is not null).ShouldBe(traces);
    }

    [Fact]
    public void Headers_are_decoded_and_the_signals_own_win()
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318";
        _environment["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=a%2Cb, tenant=x=y";
        _environment["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "api-key=t";

        Read().Metrics!.Headers.ShouldBe([new("api-key", "a,b"), new("tenant", "x=y")]);
        Read().Traces!.Headers.ShouldBe([new("api-key", "t")]);
    }

    [Fact]
    public void Time_is_in_milliseconds()
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318";
        _environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "2500";

        Read().Traces!.Timeout.ShouldBe(TimeSpan.FromSeconds(2.5));
        Read().Metrics!.IsCompressed.ShouldBeFalse();
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "-1")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "1m")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "secret-token")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=b,=secret-token")]
    public void Unusable_value_is_refused_by_name(string variable, string value)
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318";
        _environment[variable] = value;

        var message = Should.Throw<OperatorOptionException>(Read).Message;

        message.ShouldContain(variable);
        message.ShouldNotContain("secret-token");
    }

    private OtlpSettings Read() =>
        OtlpSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(_environment!).Build());
}
