using Drydock.Lab.Oms;

namespace Drydock.Benchmarks;

/// <summary>
/// How long work takes in a real installation, in seconds: image load 90, stop 20, dumps 30, 15 and 15, boot 40,
/// correction JAR 30, docker_init.sh 150. All are divided by one factor, for the shell and the operator alike.
/// </summary>
internal sealed record Durations(double Factor)
{
    private const double Usual = 5;

    /// <summary>Work of a few seconds, as in a small lab: what the operator adds cannot hide behind the
    /// waits.</summary>
    public static Durations Short { get; } = new(30);

    /// <summary>As in a real installation.</summary>
    public static Durations Real { get; } = new(1);

    public double Load => 90 / Factor;

    public double Stop => 20 / Factor;

    public double Boot => 40 / Factor;

    public double Jar => 30 / Factor;

    public double Init => 150 / Factor;

    public OmsKnobs Knobs => new() { BootSeconds = Boot, StopSeconds = Stop, JarSeconds = Jar, InitSeconds = Init };

    public double Dump(string database) => (database.StartsWith("rm_", StringComparison.Ordinal) ? 30 : 15) / Factor;

    /// <summary>Divided by 5, or by BENCH_FACTOR for a quick check that a part runs at all.</summary>
    public static Durations Chosen() =>
        new(Environment.GetEnvironmentVariable("BENCH_FACTOR") is { Length: > 0 } text
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : Usual);

    /// <summary>
    /// The longest chain of waits within the downtime that no order of work can shorten: stop, the longest dump, boot,
    /// the JARs and the inits. JARs and inits never run at the same time.
    /// </summary>
    public double CriticalDowntime(int jars, int inits) => Stop + Dump("rm_340") + Boot + (jars * Jar) + (inits * Init);

    /// <summary>The same, preceded by the load of the image.</summary>
    public double CriticalPath(int jars, int inits) => Load + CriticalDowntime(jars, inits);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"load {Load:0.#} s, stop {Stop:0.#}, dump {Dump("rm_340"):0.#} and {Dump("cm_340"):0.#} for each other "
        + $"database, boot {Boot:0.#}, JAR {Jar:0.#}, init {Init:0.#} (real durations divided by {Factor:0.#})");
}
