using Drydock.Cli.Changes;
using Drydock.Cli.Views;
using Drydock.Crds.Common;
using Drydock.Tests.Unit.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Attempts, tokens and approvals by time.</summary>
public sealed class HistoryViewTests
{
    [Fact]
    public void Retry_is_told_with_the_attempt_that_it_begins()
    {
        var world = RollbackTests.Failed();
        var token = world.RestoreWord;
        world.Write(TokenChange.Retry(world.Run()).Annotations);
        world.RunUntil(() => !world.Is(ConditionTypes.Stalled), "it continues");

        var entries = HistoryView.Of(world.Run()).Entries;

        entries.Where(e => e.What == "Attempt 1").Select(e => e.Text.Split(':')[0])
            .ShouldBe(["Began.", $"Ended by retry {token}. It had stopped with RestoreRequired at CorrectMetadata/oms-a/jar"]);
        entries.Single(e => e.What == "Attempt 2").Text.ShouldBe($"Began after retry {token}.");
    }
}
