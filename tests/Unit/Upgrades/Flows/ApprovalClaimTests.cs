namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A word has the user who claims that word, and no other.</summary>
public sealed class ApprovalClaimTests
{
    private const string One = "StopOld@0123abcd.1";
    private const string Two = "DisableHA@0123abcd.1";

    [Theory]
    [InlineData($"{One} li.wei", "li.wei", null)]
    [InlineData($"{One} li.wei\n {Two}  CN=Ana Maria, O=dba \n", "li.wei", "CN=Ana Maria, O=dba")]
    [InlineData($"{Two} jo\r\n\r\n{Two} other", null, "jo")]
    [InlineData($"retry {One} li.wei", null, null)]
    [InlineData("li.wei", null, null)]
    [InlineData("li wei", null, null)]
    [InlineData(One, null, null)]
    [InlineData($"{One} ", null, null)]
    [InlineData($"{One}0 li.wei", null, null)]
    [InlineData($"{One},{Two} li.wei", null, null)]
    [InlineData("\n \n", null, null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public void Word_has_the_user_of_its_own_claim(string? claims, string? one, string? two)
    {
        var metadata = Metadata(claims);

        RunWords.Approvals(metadata, []).Select(w => (w.Text, w.User)).ShouldBe([(One, one), (Two, two)]);
    }

    [Fact]
    public void Word_that_came_by_the_spec_has_no_user()
    {
        var words = RunWords.Approvals(Metadata($"{One} li.wei\nVerify@0123abcd.1 li.wei"), ["Verify@0123abcd.1"]);

        words.Select(w => (w.By, w.User)).ShouldBe(
            [(AcceptedBy.Annotation, "li.wei"), (AcceptedBy.Annotation, null), (AcceptedBy.Spec, null)]);
    }

    /// <summary>The same text may have been an approval of another user.</summary>
    [Fact]
    public void Retry_has_its_own_claim()
    {
        var metadata = Metadata($"{One} li.wei\nretry {One} jo");
        metadata.Annotations![Annotations.Retry] = One;
        var run = new RunObject(new ToyRun { Metadata = metadata }, new ToyRunSpec(), new ToyRunStatus());

        RunWords.Given(run).Select(w => (w.Kind, w.Text, w.User)).ShouldBe(
            [(WordKind.Approval, One, "li.wei"), (WordKind.Approval, Two, null), (WordKind.Retry, One, "jo")]);
    }

    [Fact]
    public void Name_longer_than_a_record_is_cut() =>
        RunWords.Approvals(Metadata($"{One} {new string('x', 1000)}"), []).First().User!.Length
            .ShouldBe(SchemaLimits.Name);

    private static V1ObjectMeta Metadata(string? claims)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Annotations.Approve] = $"{One}, {Two}",
        };
        if (claims is not null)
        {
            annotations[Annotations.ApprovedBy] = claims;
        }

        return new V1ObjectMeta { Name = "up", Namespace = "oms", Annotations = annotations };
    }
}
