using Drydock.Cli.Plans;
using Drydock.Cli.Runs;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>The cache of plans that were looked at.</summary>
public sealed class SeenPlansTests
{
    [Fact]
    public void Only_the_plans_looked_at_last_are_kept()
    {
        var folder = Directory.CreateTempSubdirectory("drydock-cache-");
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", folder.FullName);
        try
        {
            for (var i = 0; i < 60; i++)
            {
                SeenPlans.Keep(Run(i), new StoredPlan { Number = i }.AsRun());
            }

            SeenPlans.Last(Run(59))!.Number.ShouldBe(59);
            SeenPlans.Last(Run(0)).ShouldBeNull();
            Directory.GetFiles(folder.FullName, "*.json", SearchOption.AllDirectories).Length.ShouldBe(50);
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
            folder.Delete(recursive: true);
        }
    }

    private static Run Run(int number) =>
        ShownKind.Read(new OmsUpgrade { Metadata = new V1ObjectMeta { Uid = $"uid-{number}" } })!;
}
