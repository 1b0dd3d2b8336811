using System.Diagnostics.Metrics;
using Drydock.Operator.Metrics;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>Instruments as Prometheus reads them.</summary>
[Collection("Scrape")]
public sealed class PrometheusMetricsTests : IDisposable
{
    private readonly string _prefix = $"t{Guid.NewGuid():N}";
    private readonly PrometheusMetrics _collector = new();
    private readonly Meter _meter = new("Drydock.Test");

    public void Dispose()
    {
        _meter.Dispose();
        _collector.Dispose();
    }

    [Fact]
    public void Counter_has_help_type_and_ordered_labels()
    {
        var counter = _meter.CreateCounter<long>($"{_prefix}_seen_total", description: "Things seen.");
        counter.Add(2, new("zone", "b"), new("area", "say \"hi\"\\\n"));
        counter.Add(3, new("area", "say \"hi\"\\\n"), new("zone", "b"));

        Text().ShouldBe(
            $$"""
            # HELP {{_prefix}}_seen_total Things seen.
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
            {{_prefix}}_wait_seconds_sum{kind="a"} 68.5
            {{_prefix}}_wait_seconds_count{kind="a"} 5
            {{_prefix}}_wait_seconds_bucket{kind="a",le="0.5"} 2
            {{_prefix}}_wait_seconds_bucket{kind="a",le="1"} 3
            {{_prefix}}_wait_seconds_bucket{kind="a",le="10"} 4
            {{_prefix}}_wait_seconds_bucket{kind="a",le="+Inf"} 5

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
    public void Observed_counter_is_shown_as_the_total_that_it_is()
    {
        var total = 4;
        _meter.CreateObservableCounter($"{_prefix}_seen_total", () => total);
        Scrape.Lines(_collector, $"{_prefix}_seen_total").ShouldBe([$"{_prefix}_seen_total 4"]);

        total = 6;

        Text().ShouldBe(
            $$"""
            # HELP {{_prefix}}_seen_total {{_prefix}}_seen_total
            # TYPE {{_prefix}}_seen_total counter
            {{_prefix}}_seen_total 6

            """);
    }

    [Fact]
    public void Number_that_goes_up_and_down_is_a_gauge()
    {
        var workers = _meter.CreateUpDownCounter<int>($"{_prefix}_workers");
        workers.Add(3);
        workers.Add(-2);

        Text().ShouldContain($"# TYPE {_prefix}_workers gauge\n{_prefix}_workers 1\n");
    }

    [Fact]
    public void Any_number_of_names_is_shown_and_forgotten()
    {
        var (from, counter) = (0, _meter.CreateCounter<long>($"{_prefix}_seen_total"));
        counter.Add(1);
        _meter.CreateObservableGauge(
            $"{_prefix}_here",
            () => Enumerable.Range(from, 3000).Select(
                i => new Measurement<int>(i, new KeyValuePair<string, object?>("name", $"n{i}"))));
        Scrape.Lines(_collector, $"{_prefix}_here").Count.ShouldBe(3000);

        from = 10_000;

        Scrape.Lines(_collector, $"{_prefix}_here").Count.ShouldBe(3000);
        Scrape.Lines(_collector, $"{_prefix}_here").ShouldContain($"{_prefix}_here{{name=\"n10000\"}} 10000");
        Scrape.Lines(_collector, $"{_prefix}_seen_total")
            .ShouldBe([$"{_prefix}_seen_total 1"], "a counter that rests stays");
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
        Instrument instrument =
            counts ? _meter.CreateCounter<long>(name, unit) : _meter.CreateUpDownCounter<int>(name, unit);

        MetricNames.Of(instrument).ShouldBe(expected);
    }

    // The lines of this test's metrics.
    private string Text() => string.Concat(Scrape.Text(_collector).Split('\n')
        .Where(line => line.Contains(_prefix, StringComparison.Ordinal))
        .Select(line => line + '\n'));
}
