namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class RecipientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Valid_age_recipients_are_accepted() =>
        new AgeRecipients().CheckAsync([Stock.NewIdentity().Recipient, Stock.NewIdentity().Recipient], Token);

    [Fact]
    public async Task Mistyped_age_recipient_is_named()
    {
        var good = Stock.NewIdentity().Recipient;
        var mistyped = good[..^1] + (good[^1] == 'q' ? 'p' : 'q');
        var refused = await Should.ThrowAsync<SnapshotException>(
            () => new AgeRecipients().CheckAsync([good, mistyped], Token));
        refused.Failure.ShouldBe(SnapshotFailure.InvalidRequest);
        refused.Message.ShouldContain(mistyped);
        refused.Message.ShouldContain("age-keygen");
    }

    [Fact]
    public async Task Missing_age_program_is_named()
    {
        var refused = await Should.ThrowAsync<SnapshotException>(() => new AgeRecipients(
            new SnapshotToolOptions { Age = "/nonexistent/age" }).CheckAsync([Stock.NewIdentity().Recipient], Token));
        refused.Message.ShouldContain("age");
    }
}
