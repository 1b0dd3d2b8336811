namespace Drydock.Tests.Integration.Docker.Fixture;

/// <summary>Bytes again and again, from an offset up to a length: a large file that needs no room.</summary>
internal sealed class RepeatedStream(byte[] content, long offset, long length) : Stream
{
    private long _at = offset;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var from = (int)(_at % content.Length);
        var take = (int)Math.Min(Math.Min(count, content.Length - from), length - _at);
        Array.Copy(content, from, buffer, offset, take);
        _at += take;
        return take;
    }

    public override void Flush()
    {
        // Nothing is ever written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
