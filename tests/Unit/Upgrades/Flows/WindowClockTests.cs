using DayOfWeek = Drydock.Crds.Common.DayOfWeek;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>When maintenance windows are open.</summary>
public sealed class WindowClockTests
{
    [Theory]
    [InlineData("2026-03-29T00:00:00Z", "02:30", "04:00", "Europe/Berlin", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-25T00:00:00Z", "02:30", "04:00", "Europe/Berlin", "2026-10-25T00:30:00Z")]
    [InlineData("2026-03-01T02:00:00Z", "23:00", "01:00", "Asia/Shanghai", "2026-03-01T15:00:00Z")]
    [InlineData("2026-03-01T16:30:00Z", "23:00", "01:00", "Asia/Shanghai", null)]
    [InlineData("2026-03-01T17:00:00Z", "23:00", "01:00", "Asia/Shanghai", "2026-03-02T15:00:00Z")]
    public void Window_opens_by_the_clock_of_its_time_zone(
        string now, string start, string end, string zone, string? opens) =>
        WindowClock.OpensAt(new MaintenanceWindow { Start = start, End = end, TimeZone = zone }, At(now))
            .ShouldBe(opens is null ? null : At(opens));

    [Fact]
    public void Day_of_window_is_the_day_on_which_it_opens()
    {
        var window = new MaintenanceWindow { Days = [DayOfWeek.Sat], Start = "22:00", End = "04:00", TimeZone = "UTC" };
        WindowClock.OpensAt(window, At("2026-03-01T03:59:00Z")).ShouldBeNull("it opened on Saturday");
        WindowClock.OpensAt(window, At("2026-03-01T04:00:00Z")).ShouldBe(At("2026-03-07T22:00:00Z"));
    }

    [Theory]
    [InlineData("2026-03-01T03:29:00Z", 30, null)]
    [InlineData("2026-03-01T03:31:00Z", 30, "2026-03-02T03:00:00Z")]
    [InlineData("2026-03-01T03:29:00Z", 90, null)]
    [InlineData("2026-03-01T03:31:00Z", 90, "2026-03-02T03:00:00Z")]
    [InlineData("2026-03-01T02:00:00Z", 30, "2026-03-01T03:00:00Z")]
    public void Work_starts_only_if_it_fits_into_the_window(string now, int minutes, string? opens) =>
        WindowClock.OpensAt(
            new MaintenanceWindow { Start = "03:00", End = "04:00" }, At(now), TimeSpan.FromMinutes(minutes))
            .ShouldBe(opens is null ? null : At(opens));

    [Fact]
    public void Open_window_tells_when_it_closes()
    {
        var window = new MaintenanceWindow { Start = "23:00", End = "01:00" };
        WindowClock.ClosesAt(window, At("2026-03-01T23:30:00Z")).ShouldBe(At("2026-03-02T01:00:00Z"));
        WindowClock.ClosesAt(window, At("2026-03-01T12:00:00Z")).ShouldBeNull();
    }

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
