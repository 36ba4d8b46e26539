import React, { useState } from 'react';

type Props = { name: string };

/** Greets. */
export const Hello = ({ name }: Props) => {
  const [count, setCount] = useState(0);
  const onClick = () => setCount(count + 1);
  return <Button onClick={onClick}>{name}</Button>;
};

export default function App() {
  return (
    <main>
      <Hello name="a" />
    </main>
  );
}
