using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class TokenTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(" once ")]
    [InlineData("twice\n")]
    [InlineData("\u0007bell")]
    [InlineData("long")]
    public void Token_with_any_characters_works_once(string text)
    {
        var token = text == "long" ? new string('x', 400) : text;
        var metadata = With(Annotations.Retry, token);
        var given = RetryTokens.New(metadata, null, []).ShouldHaveSingleItem();
        given.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.ShortName);

        RetryTokens.New(metadata, null, RetryTokens.Use([], [given], Now)).ShouldBeEmpty();
        RetryTokens.New(metadata, token, []).Count.ShouldBe(1, "spec.retry and annotation of one value are one token");
    }

    [Fact]
    public void Token_recorded_whole_by_an_earlier_version_stays_used()
    {
        var token = new string('x', 200);
        var recorded = new UsedToken { Kind = TokenKind.Retry, Token = token };

        RetryTokens.New(With(Annotations.Retry, token), null, [recorded]).ShouldBeEmpty();
    }

    [Fact]
    public void Token_remaining_in_the_object_stays_used()
    {
        var metadata = With(Annotations.Abort, "stop");
        var used = RetryTokens.Use(RetryTokens.Use([], ["first"], Now), ["stop"], Now, TokenKind.Abort);
        for (var i = 0; i < 100; i++)
        {
            used = RetryTokens.Trim(metadata, "first", RetryTokens.Use(used, [$"retry-{i}"], Now));
            used = RetryTokens.Trim(metadata, "first", RetryTokens.Use(used, [$"abort-{i}"], Now, TokenKind.Abort));
        }

        RetryTokens.NewAbort(metadata, used).ShouldBeNull();
        RetryTokens.New(metadata, "first", used).ShouldBeEmpty();
        used.GroupBy(u => u.Kind).ShouldAllBe(kind => kind.Count() == SchemaLimits.History);
        used[^1].Token.ShouldBe("abort-99");
    }

    [Fact]
    public void Approvals_above_the_limit_are_stored_once()
    {
        var metadata = With(Annotations.Approve, string.Join(',', Enumerable.Range(0, 50).Select(i => $"Hold{i}@0123abcd")));
        var toy = new RunObject(new ToyRun { Metadata = metadata }, new ToyRunSpec(), null);
        var status = new ToyRunStatus { Approvals = [.. Enumerable.Range(0, 20).Select(i => new UsedApproval { Name = $"Old{i}", PlanHash = "0123abcd" })] };
        var first = RunTokens.Trim(toy, RunTokens.SeeApprovals(metadata, status, ["sha256:0123abcd00"], Now));

        first.Approvals.Count.ShouldBe(SchemaLimits.History);
        RunTokens.Trim(toy, RunTokens.SeeApprovals(metadata, first, ["sha256:0123abcd00"], Now)).Approvals.ShouldBe(first.Approvals);
    }

    [Theory]
    [InlineData("0123abcd", true)]
    [InlineData("0123ABCDEF", true)]
    [InlineData("sha256:0123abcdef", true)]
    [InlineData("0123abce", false)]
    [InlineData("0123abcdef0", false)]
    public void Approval_may_contain_a_longer_part_of_the_hash(string prefix, bool accepted)
    {
        const string Hash = "sha256:0123abcdef";
        var seen = RunTokens.SeeApprovals(With(Annotations.Approve, $"StopOld@{prefix}"), new ToyRunStatus(), [Hash], Now);

        seen.Approvals.Single().Accepted.ShouldBe(accepted);
        RunTokens.Approved(seen, Hash).Contains("StopOld").ShouldBe(accepted);
    }

    [Theory]
    [InlineData(20, null)]
    [InlineData(21, "'Hold20@0123abcd' is ignored")]
    [InlineData(50, "'Hold20@0123abcd' and 29 more are ignored")]
    public void Approvals_above_the_limit_are_reported_as_ignored(int given, string? says)
    {
        var metadata = With(Annotations.Approve, string.Join(',', Enumerable.Range(0, given).Select(i => $"Hold{i}@0123abcd")));

        (RunTokens.Unread(metadata, Annotations.Approve, "approvals") is null).ShouldBe(says is null);
        RunTokens.Unread(metadata, Annotations.Approve, "approvals")?.ShouldContain(says ?? "nothing");
    }

    [Fact]
    public void Run_reports_unread_approvals_once()
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/two");
        world.Apply();
        world.Annotate(Annotations.Approve, string.Join(',', Enumerable.Range(0, 21).Select(i => $"Hold{i}@0123abcd")));
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.RunFor(TimeSpan.FromHours(1));

        world.Events.All.Count(e => e.Reason == Reasons.ApprovalIgnored && e.Message.Contains("Hold20", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static V1ObjectMeta With(string annotation, string value) =>
        new() { Name = "up", Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [annotation] = value } };
}
