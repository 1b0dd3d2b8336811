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
        var given = RetryTokens.New(metadata, []).ShouldHaveSingleItem();
        given.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.ShortName);

        RetryTokens.New(metadata, RetryTokens.Use([], [given], Now)).ShouldBeEmpty();
    }

    [Fact]
    public void Token_recorded_whole_by_an_earlier_version_stays_used()
    {
        var token = new string('x', 200);
        var recorded = new UsedToken { Kind = TokenKind.Retry, Token = token };

        RetryTokens.New(With(Annotations.Retry, token), [recorded]).ShouldBeEmpty();
    }

    [Fact]
    public void Token_remaining_in_the_object_stays_used()
    {
        var metadata = With(Annotations.Abort, "stop");
        metadata.Annotations![Annotations.Retry] = "first";
        var used = RetryTokens.Use(RetryTokens.Use([], ["first"], Now), ["stop"], Now, TokenKind.Abort);
        for (var i = 0; i < 100; i++)
        {
            used = RetryTokens.Trim(metadata, RetryTokens.Use(used, [$"retry-{i}"], Now));
            used = RetryTokens.Trim(metadata, RetryTokens.Use(used, [$"abort-{i}"], Now, TokenKind.Abort));
        }

        RetryTokens.NewAbort(metadata, used).ShouldBeNull();
        RetryTokens.New(metadata, used).ShouldBeEmpty();
        used.GroupBy(u => u.Kind).ShouldAllBe(kind => kind.Count() == SchemaLimits.History);
        used[^1].Token.ShouldBe("abort-99");
    }

    [Fact]
    public void Approvals_above_the_limit_are_stored_once()
    {
        var metadata = With(
            Annotations.Approve, string.Join(',', Enumerable.Range(0, 50).Select(i => $"Hold{i}@0123abcd.1")));
        var status = new ToyRunStatus
        {
            Approvals = [.. Enumerable.Range(0, 70).Select(i => new UsedApproval { Word = $"Old{i}@0123abcd.1" })]
        };
        var toy = new RunObject(new ToyRun { Metadata = metadata }, new ToyRunSpec(), status);
        var first = RunTokens.Trim(toy, Recorded(toy, "1"));

        first.Approvals.Count.ShouldBe(4 * SchemaLimits.History);
        RunWords.New(toy with { Status = first }).ShouldBeEmpty("none counts as new again");
    }

    [Theory]
    [InlineData("0123abcd.2", true)]
    [InlineData("0123ABCDEF.2", true)]
    [InlineData("sha256:0123abcdef.2", true)]
    [InlineData("0123abce.2", false)]
    [InlineData("0123abcdef0.2", false)]
    [InlineData("0123abcd.1", false)]
    [InlineData("0123abcd", false)]
    public void Approval_may_contain_a_longer_part_of_the_hash(string prefix, bool accepted)
    {
        var plan = new StoredPlan
        {
            Number = 2,
            Steps = [new StoredStep { Id = "StopOld/node", Phase = "StopOld" }],
        }.AsRun();
        var digits = plan.Hash["sha256:".Length..];
        prefix = prefix.Replace("0123abcdef", digits[..10], StringComparison.OrdinalIgnoreCase)
            .Replace("0123abcd", digits[..8], StringComparison.Ordinal);
        var toy = new RunObject(
            new ToyRun { Metadata = With(Annotations.Approve, $"StopOld@{prefix}") }, new ToyRunSpec(),
            new ToyRunStatus { Plan = plan });
        var given = RunWords.New(toy).ShouldHaveSingleItem();
        var why = RunWords.Refusal(new ToyRunKind(new ToyRunTruth()), toy, given);
        var seen = RunWords.Record(toy.Status!, given, why, Now);

        seen.Approvals.Single().Accepted.ShouldBe(accepted);
        RunTokens.Approved(seen, plan).Contains("StopOld").ShouldBe(accepted);
        RunWords.New(toy with { Status = seen }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(20, null)]
    [InlineData(21, "'Hold20@0123abcd' is ignored")]
    [InlineData(50, "'Hold20@0123abcd' and 29 more are ignored")]
    public void Approvals_above_the_limit_are_reported_as_ignored(int given, string? says)
    {
        var metadata = With(
            Annotations.Approve, string.Join(',', Enumerable.Range(0, given).Select(i => $"Hold{i}@0123abcd")));

        (RunTokens.Unread(metadata) is null).ShouldBe(says is null);
        RunTokens.Unread(metadata)?.ShouldContain(says ?? "nothing");
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

        world.Events.All.Count(e => e.Reason == Reasons.ApprovalIgnored
            && e.Message.Contains("Hold20", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static RunStatus Recorded(RunObject toy, string why) =>
        RunWords.New(toy).Aggregate(toy.Status!, (status, given) => RunWords.Record(status, given, why, Now));

    private static V1ObjectMeta With(string annotation, string value) =>
        new()
        {
            Name = "up",
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [annotation] = value }
        };
}
