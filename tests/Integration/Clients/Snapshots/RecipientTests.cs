using Drydock.Clients.Snapshots;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class RecipientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Public_keys_that_age_takes_are_good() =>
        new AgeRecipients().CheckAsync([Stock.NewIdentity().Recipient, Stock.NewIdentity().Recipient], Token);

    [Fact]
    public async Task One_that_is_mistyped_is_named()
    {
        var good = Stock.NewIdentity().Recipient;
        var mistyped = good[..^1] + (good[^1] == 'q' ? 'p' : 'q');
        var refused = await Should.ThrowAsync<SnapshotException>(() => new AgeRecipients().CheckAsync([good, mistyped], Token));
        refused.Failure.ShouldBe(SnapshotFailure.InvalidRequest);
        refused.Message.ShouldContain(mistyped);
        refused.Message.ShouldContain("age-keygen");
    }

    [Fact]
    public async Task Without_the_program_it_says_what_to_install()
    {
        var refused = await Should.ThrowAsync<SnapshotException>(() => new AgeRecipients(new SnapshotToolOptions { Age = "/nonexistent/age" }).CheckAsync([Stock.NewIdentity().Recipient], Token));
        refused.Message.ShouldContain("age");
    }
}
