using System.Diagnostics.Metrics;
using Drydock.Operator.Metrics;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>Instruments as Prometheus reads them.</summary>
[Collection("Scrape")]
public sealed class PrometheusTextTests : IDisposable
{
    private readonly string _prefix = $"t{Guid.NewGuid():N}";
    private readonly MetricCollector _collector = new();
    private readonly Meter _meter = new("Drydock.Test");

    public void Dispose()
    {
        _meter.Dispose();
        _collector.Dispose();
    }

    [Fact]
    public void Counter_has_help_type_and_ordered_labels()
    {
        var counter = _meter.CreateCounter<long>($"{_prefix}_seen_total", description: "Things \\ seen.\nTwice.");
        counter.Add(2, new("zone", "b"), new("area", "say \"hi\"\\\n"));
        counter.Add(3, new("area", "say \"hi\"\\\n"), new("zone", "b"));

        Text().ShouldBe(
            $$"""
            # HELP {{_prefix}}_seen_total Things \\ seen.\nTwice.
            # TYPE {{_prefix}}_seen_total counter
            {{_prefix}}_seen_total{area="say \"hi\"\\\n",zone="b"} 5

            """);
    }

    [Fact]
    public void Histogram_has_cumulative_buckets_sum_and_count()
    {
        var histogram = _meter.CreateHistogram(
            $"{_prefix}_wait_seconds",
            "s",
            "Waits.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
        foreach (var seconds in (double[])[0.25, 0.5, 0.75, 7, 60])
        {
            histogram.Record(seconds, new KeyValuePair<string, object?>("kind", "a"));
        }

        Text().ShouldBe(
            $$"""
            # HELP {{_prefix}}_wait_seconds Waits.
            # TYPE {{_prefix}}_wait_seconds histogram
            {{_prefix}}_wait_seconds_bucket{kind="a",le="0.5"} 2
            {{_prefix}}_wait_seconds_bucket{kind="a",le="1"} 3
            {{_prefix}}_wait_seconds_bucket{kind="a",le="10"} 4
            {{_prefix}}_wait_seconds_bucket{kind="a",le="+Inf"} 5
            {{_prefix}}_wait_seconds_sum{kind="a"} 68.5
            {{_prefix}}_wait_seconds_count{kind="a"} 5

            """);
    }

    [Fact]
    public void Counter_that_was_added_zero_is_shown()
    {
        _meter.CreateCounter<long>($"{_prefix}_seen_total").Add(0);

        Scrape.Lines(_collector, $"{_prefix}_seen_total").ShouldBe([$"{_prefix}_seen_total 0"]);
    }

    [Fact]
    public void Series_no_longer_observed_ends()
    {
        List<string> present = ["a", "b"];
        _meter.CreateObservableGauge(
            $"{_prefix}_here",
            () => present.Select(name => new Measurement<int>(1, new KeyValuePair<string, object?>("name", name))));
        Scrape.Lines(_collector, $"{_prefix}_here").Count.ShouldBe(2);

        present.Remove("a");

        Scrape.Lines(_collector, $"{_prefix}_here").ShouldBe([$"{_prefix}_here{{name=\"b\"}} 1"]);
    }

    [Fact]
    public void Metric_without_series_is_not_mentioned()
    {
        _meter.CreateObservableGauge($"{_prefix}_here", () => Array.Empty<Measurement<int>>());

        Text().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("dotnet.gc.heap.total_allocated", "By", true, "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("dotnet.timer.count", "{timer}", false, "dotnet_timers")]
    [InlineData("dotnet.assembly.count", "{assembly}", false, "dotnet_assemblies")]
    [InlineData("dotnet.gc.pause.time", "s", true, "dotnet_gc_pause_time_seconds_total")]
    [InlineData("drydock_run_hold_seconds", "s", false, "drydock_run_hold_seconds")]
    [InlineData("drydock_runs_ended_total", null, true, "drydock_runs_ended_total")]
    public void Name_follows_conventions(string name, string? unit, bool counts, string expected)
    {
        Instrument instrument = counts ? _meter.CreateCounter<long>(name, unit) : _meter.CreateUpDownCounter<int>(name, unit);

        MetricNames.Of(instrument, counts ? MetricKind.Counter : MetricKind.Gauge).ShouldBe(expected);
    }

    private string Text() => PrometheusText.Render(
        [.. _collector.Collect().Where(family => family.Name.StartsWith(_prefix, StringComparison.Ordinal))]);
}
