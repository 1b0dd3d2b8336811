namespace Drydock.Benchmarks;

/// <summary>The straight line through readings. It shows the direction of a quantity.</summary>
/// <param name="Begin">The line's value at the first reading.</param>
/// <param name="End">The line's value at the last reading.</param>
/// <param name="Deviation">The standard deviation of the readings from the line.</param>
internal sealed record Trend(double Begin, double End, double Deviation)
{
    /// <summary>Fits the line by least squares.</summary>
    public static Trend Of(IReadOnlyList<(double At, double Value)> readings)
    {
        var (meanAt, mean) = (readings.Average(r => r.At), readings.Average(r => r.Value));
        var spread = readings.Sum(r => (r.At - meanAt) * (r.At - meanAt));
        var slope = spread == 0 ? 0 : readings.Sum(r => (r.At - meanAt) * (r.Value - mean)) / spread;
        double Line(double at) => mean + (slope * (at - meanAt));
        var deviation = Math.Sqrt(readings.Average(r => Math.Pow(r.Value - Line(r.At), 2)));
        return new Trend(Line(readings[0].At), Line(readings[^1].At), deviation);
    }

    /// <summary>
    /// Whether the quantity does not grow: the line rises by at most a twentieth of its first value, or by less than
    /// two standard deviations.
    /// </summary>
    public bool Stays => End - Begin <= Math.Max(Begin / 20, 2 * Deviation);
}
