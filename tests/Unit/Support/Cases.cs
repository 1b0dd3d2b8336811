using System.Collections.Concurrent;

namespace Drydock.Tests.Unit.Support;

/// <summary>Many cases of one test, side by side; all that fail are listed.</summary>
internal static class Cases
{
    public static void Try<T>(IEnumerable<T> cases, Action<T> run)
    {
        var failures = new ConcurrentBag<string>();
        Parallel.ForEach(cases, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, one =>
        {
            try
            {
                run(one);
            }
            catch (Exception exception)
            {
                failures.Add($"{one}: {exception.Message}");
            }
        });
        failures.Order(StringComparer.Ordinal).ShouldBeEmpty();
    }
}
