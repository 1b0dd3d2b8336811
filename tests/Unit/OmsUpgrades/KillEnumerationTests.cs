using System.Collections.Concurrent;
using Drydock.Tests.Unit.World;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.OmsUpgrades;

/// <summary>The undisturbed run, disturbed at every single write and act.</summary>
public sealed class KillEnumerationTests
{
    [Theory]
    [InlineData(nameof(Fate.DieBefore))]
    [InlineData(nameof(Fate.DieAfter))]
    [InlineData(nameof(Fate.Conflict))]
    [InlineData(nameof(Fate.ServerError))]
    [InlineData(nameof(Fate.LostAnswer))]
    public void Whatever_befalls_the_operator_at_any_write_or_act_two_nodes_end_as_if_nothing_had_happened(string fate) =>
        Everywhere(() => new OmsWorld(new WorldSetup { RealJson = false }).Apply(), Enum.Parse<Fate>(fate));

    private static void Everywhere(Func<OmsWorld> begin, Fate fate)
    {
        var undisturbed = Undisturbed.Run(begin);
        var failures = new ConcurrentBag<string>();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Parallel.ForEach(Enumerable.Range(1, undisturbed.Points), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, point =>
        {
            try
            {
                undisturbed.With(point, fate);
            }
            catch (Exception exception)
            {
                failures.Add($"{point:000} {exception.Message}");
            }
        });
        Console.WriteLine($"{fate}: {watch.ElapsedMilliseconds} ms for {undisturbed.Points}");
        failures.Order(StringComparer.Ordinal).ToList().ForEach(Console.WriteLine);
        failures.ShouldBeEmpty();
    }
}
