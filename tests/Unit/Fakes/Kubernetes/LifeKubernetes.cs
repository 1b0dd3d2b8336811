namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life of an operator, as far as its calls of the API server go.</summary>
internal interface IApiLife
{
    /// <summary>A call that only looks.</summary>
    Task<T> LookAsync<T>(Func<T> look);

    /// <summary>A call that writes, at a numbered point.</summary>
    Task<T> WriteAsync<T>(ApiCall call, Func<T> carryOut);
}

/// <summary>One life's client of the world's API server.</summary>
internal sealed class LifeKubernetes(FakeKubernetes server, IApiLife life) : ApiCalls
{
    protected override FakeKubernetes Server => server;

    protected override Task<T> SendAsync<T>(ApiCall call, Func<T> carryOut, CancellationToken cancellationToken) =>
        call.Request.IsRead ? life.LookAsync(carryOut) : life.WriteAsync(call, carryOut);
}
