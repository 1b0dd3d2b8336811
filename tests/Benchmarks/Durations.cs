using System.Globalization;
using Drydock.Lab.Oms;

namespace Drydock.Benchmarks;

/// <summary>
/// How long things take in a real installation (seconds): image load 90, stop 20, dumps 30, 15 and 15, boot 40, correction JAR 30, docker_init.sh 150;
/// all divided by one factor, for the shell and the operator alike.
/// </summary>
internal sealed record Durations(double Factor)
{
    public double Load => 90 / Factor;

    public double Stop => 20 / Factor;

    public double Boot => 40 / Factor;

    public double Jar => 30 / Factor;

    public double Init => 150 / Factor;

    public double Dump(string database) => (database.StartsWith("rm_", StringComparison.Ordinal) ? 30 : 15) / Factor;

    /// <summary>The longest chain of waits that no order of work can shorten: one load, stop, the longest dump, boot, two JARs, one init.</summary>
    public double CriticalPath => Load + Stop + Dump("rm_340") + Boot + (2 * Jar) + Init;

    /// <summary>The same without what can be done before the downtime.</summary>
    public double CriticalDowntime => CriticalPath - Load;

    public OmsKnobs Knobs => new() { BootSeconds = Boot, StopSeconds = Stop, JarSeconds = Jar, InitSeconds = Init };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"load {Load:0.#} s, stop {Stop:0.#}, dump {Dump("rm_340"):0.#}/{Dump("cm"):0.#}/{Dump("cm"):0.#}, boot {Boot:0.#}, JAR {Jar:0.#}, init {Init:0.#} (the facts' figures divided by {Factor:0.#})");
}
