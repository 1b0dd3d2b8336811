using Drydock.Tests.Unit.World;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.OmsUpgrades;

public sealed class GoldenRunTests
{
    [Fact]
    public void Two_nodes_from_an_archive_reach_the_end()
    {
        var world = new OmsWorld().Apply();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        world.RunToSuccess();
        Console.WriteLine($"{watch.ElapsedMilliseconds} ms, {world.Points.Count} points, {world.Looks} looks, {world.Life.Reconciles} reconciles");
        world.Points.ForEach(p => Console.WriteLine(p));
        world.Done.ForEach(p => Console.WriteLine(p));
        Console.WriteLine(world.EndState());
        world.Rules.Broken.ShouldBeEmpty();
    }
}
